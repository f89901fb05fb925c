"""5. Pages and the HTTP interface: request → query → page; what is written are events alone."""
