"""View: whom to call, and when: what a trial asks for."""
