"""The commands of the terminal besides the server: demo, doctor, test suite, declarations."""
