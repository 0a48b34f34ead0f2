"""Tests of the edge: everything by HTTP and WebSocket, over the real composition."""
