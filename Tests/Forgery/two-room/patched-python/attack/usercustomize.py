import forge
