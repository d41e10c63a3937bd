"""The steps of generation: read document, assign names, build table, run generator, check."""
