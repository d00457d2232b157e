char array[1ul << 40] = {1};
