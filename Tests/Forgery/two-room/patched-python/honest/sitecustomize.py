# A module of the learner's own that happens to have a known name.
WHO = "a learner"
