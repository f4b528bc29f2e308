"""The closed lists of pose data that belong to the drawing itself, not to an author."""

from __future__ import annotations

ARM_PARTS = ("palm", "grip", "fist", "fingertips", "wrist", "hand_back", "elbow", "forearm", "thumb")
LEG_PARTS = ("sole", "heel", "toes", "ball", "ankle", "ankle_in", "ankle_out", "knee", "instep")
SUPPORT_PARTS = (
    "trunk",
    "buttocks",
    "upper_back",
    "chest",
    "belly",
    "left_leg",
    "right_leg",
    "left_thigh",
    "right_thigh",
    "left_shoulder",
    "right_shoulder",
    "left_knee",
    "right_knee",
    "left_shin",
    "right_shin",
    "left_foot",
    "right_foot",
    "left_elbow",
    "right_elbow",
    "left_hand",
    "right_hand",
    "head",
)
SURFACES = ("mat", "floor", "bed")
