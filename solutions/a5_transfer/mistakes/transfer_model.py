"""Known mistakes of the exercise `transfer_model`. Of two that look alike the first is named: narrower ones stand first."""

from torch import nn

from autograder.judge import edit, mistake

edit("build_transfer_model", "keeps_the_old_answer",
     "features = nn.Sequential(*list(backbone.children())[:-2])", "features = backbone",
     hint="The whole backbone is in model[0], with its own last layer: its answers go into your head. Leave its last two children away.")

edit("build_transfer_model", "cuts_one_child_only", "[:-2]", "[:-1]",
     hint="Only the last child was left away. The pooling before it belongs to the old answer as well: [:-2].")

edit("build_transfer_model", "cuts_three_children", "[:-2]", "[:-3]",
     hint="Three children are missing: the last block of the features is gone. Leave two away.")

edit("build_transfer_model", "copies_the_backbone",
     "list(backbone.children())", "list(copy.deepcopy(backbone).children())",
     hint="model[0] is a copy of the backbone. Whoever has its parameters has others now: use its children themselves.")

edit("build_transfer_model", "draws_new_weights",
     "    features = nn.Sequential(*list(backbone.children())[:-2])",
     "    features = nn.Sequential(*list(backbone.children())[:-2])\n"
     "    for module in features.modules():\n"
     '        if hasattr(module, "reset_parameters"):\n'
     "            module.reset_parameters()",
     hint="The weights of the backbone were drawn anew: what it had learned is lost.")

edit("build_transfer_model", "takes_fc_away",
     "    head = nn.Sequential(",
     "    backbone.fc = nn.Identity()\n"
     "    head = nn.Sequential(",
     hint="The backbone itself has lost its last layer. Take its children into a new Sequential and leave it whole.")

edit("build_transfer_model", "freezes_the_backbone",
     "    head = nn.Sequential(",
     "    features.requires_grad_(False)\n"
     "    head = nn.Sequential(",
     hint="You freeze the backbone here. Who wants that will call freeze: leave requires_grad as it is.")

edit("build_transfer_model", "one_long_chain",
     "return nn.Sequential(features, head)", "return nn.Sequential(*features, *head)",
     hint="Features and head are in one long chain. Two parts are asked for: nn.Sequential(features, head).")

edit("build_transfer_model", "norm_for_maps",
     "BatchNorm1d(in_features),\n"
     "        nn.Dropout(p),\n"
     "        nn.Linear(in_features, hidden),\n"
     "        nn.ReLU(),\n"
     "        nn.BatchNorm1d",
     "BatchNorm2d(in_features),\n"
     "        nn.Dropout(p),\n"
     "        nn.Linear(in_features, hidden),\n"
     "        nn.ReLU(),\n"
     "        nn.BatchNorm2d",
     hint="BatchNorm2d is for maps. Behind Flatten there are rows: BatchNorm1d.")

edit("build_transfer_model", "softmax_in_the_head",
     "),\n"
     "        nn.Linear(hidden, num_classes),\n"
     "    )",
     "),\n"
     "        nn.Linear(hidden, num_classes),\n"
     "        nn.Softmax(dim=1),\n"
     "    )",
     hint="The head ends with softmax. cross_entropy takes the softmax itself: end with the dense layer.")

edit("build_transfer_model", "flattens_without_pooling", "nn.AdaptiveAvgPool2d(1),", "",
     hint="Without the pooling the number of features depends on the size of the image, and is not in_features.")

edit("build_transfer_model", "dropout_always_half",
     "p),\n"
     "        nn.Linear(in_features, hidden),\n"
     "        nn.ReLU(),\n"
     "        nn.BatchNorm1d(hidden),\n"
     "        nn.Dropout(p",
     "0.5),\n"
     "        nn.Linear(in_features, hidden),\n"
     "        nn.ReLU(),\n"
     "        nn.BatchNorm1d(hidden),\n"
     "        nn.Dropout(0.5",
     hint="p is not used: both dropouts are always 0.5.")

edit("build_transfer_model", "no_norm_in_the_head",
     "        nn.BatchNorm1d(in_features),\n", "",
     "        nn.BatchNorm1d(hidden),\n", "",
     hint="Both batch norms are missing in the head.")

edit("build_transfer_model", "dropout_before_the_norm",
     "BatchNorm1d(in_features),\n"
     "        nn.Dropout(p)",
     "Dropout(p),\n"
     "        nn.BatchNorm1d(in_features)",
     hint="The order differs from the table: first batch norm, then dropout.")

edit("no_batch_norm", "believes_it_learns_nothing", '"ad"', '"abd"',
     hint="Look at the curve “without, lr 0.01”: is it really still at the dashed line in the end?")

edit("no_batch_norm", "believes_in_the_parameters", '"ad"', '"acd"',
     hint="Count: two norms of 128 and 64 have 2 · 128 + 2 · 64 parameters. The first dense layer alone has 128 · 64.")

edit("no_batch_norm", "overlooks_the_larger_steps", '"ad"', '"a"',
     hint="Compare the run without batch norm at lr 0.05 with that at 0.01, too.")
