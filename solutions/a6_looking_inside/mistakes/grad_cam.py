"""Known mistakes of the exercise `grad_cam`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit


# ================================================================ grad_cam: grad_cam

edit("grad_cam", "nothing_cut_off", ".clamp(min=0)", "",
     hint="Places that speak against the class stay below 0. After the sum comes a ReLU: .clamp(min=0).")

edit("grad_cam", "absolute_heat", ".clamp(min=0)", ".abs()",
     hint="abs() also paints places that speak against the class. Grad-CAM shows those that speak for it: .clamp(min=0).")

edit("grad_cam", "each_map_cut_off", "(weights * seen[0].detach()).sum(dim=1, keepdim=True).clamp(min=0)", "(weights * seen[0].detach()).clamp(min=0).sum(dim=1, keepdim=True)",
     hint="You cut off each map before you add them up. First the sum, in which maps may cancel each other, then the ReLU.")

edit("grad_cam", "sum_of_the_slopes", "slopes.mean(dim=(2, 3), keepdim=True)", "slopes.sum(dim=(2, 3), keepdim=True)",
     hint="The weight of a map is the mean of its slopes, not their sum: yours is larger by the number of places.")

edit("grad_cam", "largest_slope", "slopes.mean(dim=(2, 3), keepdim=True)", "slopes.amax(dim=(2, 3), keepdim=True)",
     hint="The weight of a map is the mean of its slopes. You take the largest one.")

edit("grad_cam", "place_by_place", "slopes.mean(dim=(2, 3), keepdim=True)", "slopes",
     hint="You multiply each number of a map by its own slope. Grad-CAM has one weight for a whole map: the mean over its places.")

edit("grad_cam", "mean_over_the_batch", "slopes.mean(dim=(2, 3), keepdim=True)", "slopes.mean(dim=(0, 2, 3), keepdim=True)",
     hint="Your weights are a mean over the images, too. Each image has its own: take the mean over the places only, dim=(2, 3).")

edit("grad_cam", "mean_over_the_maps", "slopes.mean(dim=(2, 3), keepdim=True)", "slopes.mean(dim=1, keepdim=True)",
     hint="You take the mean over the maps. The weight of a map is the mean over its places: dim=(2, 3).")

edit("grad_cam", "only_positive_slopes", "slopes.mean(dim=(2, 3), keepdim=True)", "slopes.clamp(min=0).mean(dim=(2, 3), keepdim=True)",
     hint="You cut the slopes off below 0 before you take their mean. Only the sum of the maps is cut off.")

edit("grad_cam", "mean_map_not_sum", ".sum(dim=1, keepdim=True).clamp(min=0)", ".mean(dim=1, keepdim=True).clamp(min=0)",
     hint="You take the mean over the maps. They are added up.")

edit("grad_cam", "not_enlarged", 'F.interpolate(heat, size=x.shape[2:], mode="bilinear")[:, 0]', "heat[:, 0]",
     hint="The picture is as small as the maps. Enlarge it to the size of the image with F.interpolate.")

edit("grad_cam", "enlarged_in_blocks", 'x.shape[2:], mode="bilinear")', "x.shape[2:])",
     hint='Without a mode F.interpolate makes blocks (“nearest”). Say mode="bilinear".')

edit("grad_cam", "corners_aligned", 'x.shape[2:], mode="bilinear")', 'x.shape[2:], mode="bilinear", align_corners=True)',
     hint="With align_corners=True the middle of the outermost places lands on the edge of the image. Leave it out.")

edit("grad_cam", "enlarged_before_the_relu",
     ".sum(dim=1, keepdim=True).clamp(min=0)", ".sum(dim=1, keepdim=True)",
     'mode="bilinear")[:, 0]', 'mode="bilinear")[:, 0].clamp(min=0)',
     hint="You enlarge first and cut off afterwards. Then places below 0 darken their neighbours: first the ReLU, then F.interpolate.")

edit("grad_cam", "sides_of_the_image_swapped", "size=x.shape[2:]", "size=(x.shape[3], x.shape[2])",
     hint="Height and width are exchanged: size=(H, W) is x.shape[2:].")

edit("grad_cam", "scaled_to_one", "[:, 0]", "[:, 0] / heat.amax(dim=(1, 2, 3))[:, None, None].clamp(min=1e-12)",
     hint="You divide by the largest value. The docstring asks for the picture as it is, not scaled.")

edit("grad_cam", "channel_axis_stays", "[:, 0]", "",
     hint="The result has the shape (B, 1, H, W). Take the axis away: (B, H, W).")

edit("grad_cam", "cam_squeezed", "[:, 0]", ".squeeze()",
     hint="squeeze() also removes the batch axis when there is one image. Take the channel axis away by its number: [:, 0].")

edit("grad_cam", "in_place_ignored", "return output.clone()", "return None",
     hint="An in-place operation behind the layer writes into the output that you keep. Keep it, and return a .clone() of it, which takes its place.")

edit("grad_cam", "cam_ignores_the_target", "if target is None:", "if True:",
     hint="The largest score is explained, whatever `target` says. Use your own argmax only when target is None.")

edit("grad_cam", "cam_class_of_the_first_image", "target = scores.argmax(dim=1)", "target = int(scores[0].argmax())",
     hint="Every image is explained by the class of the first one. Without a target each image has its own: scores.argmax(dim=1).")

edit("grad_cam", "cam_of_the_probability", "picked = scores[", "picked = scores.softmax(dim=1)[",
     hint="You differentiate the probability after a softmax. Take the score itself.")

edit("grad_cam", "cam_fails_under_no_grad", "with in_eval_mode(model), torch.enable_grad():", "with in_eval_mode(model):",
     hint="Inside somebody's torch.no_grad() nothing is recorded. Open torch.enable_grad() around your forward pass.")

edit("grad_cam", "needs_parameters_that_learn", "x.detach().clone().requires_grad_()", "x.detach().clone()",
     hint="With frozen parameters nothing asks for a gradient, and autograd records nothing. Let the copy of the image ask for one: requires_grad_().")

edit("grad_cam", "cam_in_training_mode", "    model.eval()\n", "",
     of="grad_cam__flags_by_hand", hint="Dropout and batch norm are in the mode the caller left them in, so the map is random. Switch to model.eval() for the computation.")

edit("grad_cam", "cam_left_in_eval_mode",
     "        for module, flag in flags:\n"
     "            module.training = flag\n",
     "",
     of="grad_cam__flags_by_hand", hint="The model stays in eval mode afterwards. Note the flag of each module, and put each one back in the end.")

edit("grad_cam", "cam_one_flag_for_all",
     "        for module, flag in flags:\n"
     "            module.training = flag\n",
     "        model.train(flags[0][1])\n",
     of="grad_cam__flags_by_hand", hint="model.train(flag) sets the flag of every module inside: one that was frozen on purpose is awake again. Put back one flag per module.")

edit("grad_cam", "hook_stays", "        handle.remove()\n", "        pass\n",
     hint="Your hook stays on the layer, and keeps working for everybody who uses the model later. handle.remove() takes it away.")

edit("grad_cam", "hook_stays_after_an_error",
     "[0]\n    finally:\n        hook.remove()\n", "[0]\n        hook.remove()\n    finally:\n",
     of="grad_cam__flags_by_hand", hint="After an error your hook stays on the layer: the line that removes it is never reached. It belongs into `finally:`.")

edit("grad_cam", "key_error_for_the_layer",
     "    if layer not in modules:\n"
     '        raise ValueError(f"the model has no layer {layer!r}")\n',
     "",
     hint="A name that the model does not have ends in a KeyError. The docstring promises a ValueError.")

edit("grad_cam", "backward_in_place_of_grad",
     "(slopes,) = torch.autograd.grad(picked, seen[0])",
     "seen[0].retain_grad()\n"
     "            picked.backward()\n"
     "            slopes = seen[0].grad",
     hint="backward() also adds to the .grad of every parameter, and the next training step uses it. torch.autograd.grad(score, maps) touches nothing.")

edit("grad_cam", "cam_hangs_on_the_graph", "(weights * seen[0].detach())", "(weights * seen[0])",
     hint="The result still hangs on the graph, through the maps. Return a tensor without gradient: detach them.")

edit("grad_cam", "cam_in_float32", "[:, 0]", "[:, 0].float()",
     hint="The result is float32 whatever x is. Keep the dtype of x.")

edit("grad_cam", "cam_asks_gradients_of_x", "x.detach().clone().requires_grad_()", "x.requires_grad_()",
     hint="The caller's x asks for gradients afterwards: you called requires_grad_() on it. Work on x.detach().clone().")

# ================================================================ grad_cam: what_survives

edit("what_survives", "believes_in_no_weights", '"ac"', '"abc"',
     hint="Follow the line of guided backprop to the right end, where everything was drawn anew. Is it still high?")

edit("what_survives", "believes_in_the_winner", '"ac"', '"acd"',
     hint="The test can only say no. A picture that changes with the weights may still be no reason.")

edit("what_survives", "overlooks_grad_cam", '"ac"', '"a"',
     hint="Compare the lines of saliency and of Grad-CAM where only fc was drawn anew.")

edit("what_survives", "overlooks_guided", '"ac"', '"c"',
     hint="Read off the line of guided backprop where only fc was drawn anew.")
