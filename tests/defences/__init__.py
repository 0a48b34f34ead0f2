"""What defends us, by attack, with the test that proves it: every defence is taken out once, and its test must fail."""
