"""The engine beside Go's, abseil's, Boost's and libstdc++'s maps: one program for each."""
