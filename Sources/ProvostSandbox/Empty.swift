// ProvostSandbox
