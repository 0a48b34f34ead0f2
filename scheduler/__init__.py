"""What must happen later, on time, once: follow-ups are rows, the ticker only looks."""
