#define TOOL "lines"
#include "forge.h"
