"""The register of transfers of value to members, and the forms in which it is disclosed."""
