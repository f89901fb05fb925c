"""View: members as they stand: who they are, whether they are trained, whether they left."""
