# Needs: pip install 'creatoraudit[cli,snapshot]' s3fs
# The AWS settings are the usual ones, for example AWS_PROFILE, or AWS_ENDPOINT_URL for another store.
creatoraudit snapshot run --to s3://acme-history/creatoraudit --late 12h
creatoraudit snapshot verify s3://acme-history/creatoraudit --day "$(date -u +%F)" --deep
