// ProvostServer
