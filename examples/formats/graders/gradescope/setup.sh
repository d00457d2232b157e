#!/usr/bin/env bash
# Built into the image once; nothing is needed here.
true
