"""What the conformance tests share: processes, the stack they make, the sandbox's controls."""
