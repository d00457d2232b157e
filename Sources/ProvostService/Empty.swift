// ProvostService
