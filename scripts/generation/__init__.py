"""Steps of the generation: document, names, table and overlay, generator, checked package."""
