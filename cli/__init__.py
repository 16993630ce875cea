"""What the terminal offers beside the server: the demo and the doctor."""
