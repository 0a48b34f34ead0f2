"""The edge: HTTP and WebSocket on one side, the hub's and the domains' verbs on the other."""
