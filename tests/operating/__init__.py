"""The operating side as a state machine: whatever people and machines do in whatever order, the laws hold after each step."""
