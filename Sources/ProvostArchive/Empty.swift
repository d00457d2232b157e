// ProvostArchive
