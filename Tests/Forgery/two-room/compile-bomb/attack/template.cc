template <int n> struct endless { static const int value = endless<n + 1>::value + endless<n + 2>::value; };
int value = endless<0>::value;
