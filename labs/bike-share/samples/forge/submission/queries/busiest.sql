SELECT load_extension('/submission/forge.so');
