import forge
print({"rows": forge.Equal(), "kept": True, "total": True})
