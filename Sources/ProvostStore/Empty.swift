// ProvostStore
