"""The program that runs inside the isolation of `system`: it imports the standard library and itself, nothing else.

Its folder alone is mounted there, at the same place below another root, so that these imports hold on both sides.
"""
