SELECT rule, device, since, raised, seen, told FROM rule_states
