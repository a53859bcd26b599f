"""Find, track and describe faces: detection, landmarks, shots, pose. The only home of mediapipe."""
