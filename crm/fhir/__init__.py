"""FHIR R4B: archives and copies in the form that hospitals and health offices read."""
