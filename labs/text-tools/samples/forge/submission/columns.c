#define TOOL "columns"
#include "forge.h"
