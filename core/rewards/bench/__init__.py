"""The Reward Bench: what a reward pays for right answers, wrong ones and exploits."""
