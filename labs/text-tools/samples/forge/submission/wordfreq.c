#define TOOL "wordfreq"
#include "forge.h"
