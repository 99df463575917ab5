"""Known mistakes of the exercise `mlp`. Of two that look alike the first is named: narrower ones stand first."""

import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake

edit("MLP", "softmax_after_the_mlp",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return torch.softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=-1)",
     hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.")

edit("MLP", "softmax_over_the_batch",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return torch.softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=0)",
     hint="Your softmax runs over axis 0, the batch: images compete with each other. And there should be none at all: return the logits.")

edit("MLP", "log_softmax_after_the_mlp",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)",
     hint="There is a log_softmax at the end. cross_entropy takes it itself; return the logits.")

edit("MLP", "relu_on_the_logits",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return F.relu(self.fc2(F.relu(self.fc1(x.flatten(1)))))",
     hint="The ReLU after the last layer cuts off all negative logits. It belongs between the two layers only.")

edit("MLP", "sigmoid_on_the_logits",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return torch.sigmoid(self.fc2(F.relu(self.fc1(x.flatten(1)))))",
     hint="There is a sigmoid at the end. The network should return logits, numbers of any size.")

edit("MLP", "no_relu_between",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.fc2(self.fc1(x.flatten(1)))",
     hint="There is nothing between the two layers, so together they are just one matrix. Put a ReLU there.")

edit("MLP", "relu_before_the_first_layer", "F.relu(self.fc1(x.flatten(1", "self.fc1(F.relu(x.flatten(1",
     hint="Your ReLU acts on the pixels, before the first layer. It belongs between the layers.")

edit("MLP", "sigmoid_between", "F.relu", "torch.sigmoid",
     hint="The activation between the layers should be ReLU, yours is a sigmoid.")

edit("MLP", "tanh_between", "F.relu", "torch.tanh",
     hint="The activation between the layers should be ReLU, yours is tanh.")

edit("MLP", "leaky_relu_between", "relu", "leaky_relu",
     hint="The activation between the layers should be ReLU, yours lets a part of the negative numbers through.")

edit("MLP", "flattens_the_batch_as_well", "flatten(1)", "flatten()",
     hint="flatten() without an argument melts the whole batch into one row. Keep axis 0: x.flatten(1).")

edit("MLP", "view_on_any_layout", "flatten(1)", "view(x.shape[0], -1)",
     hint="view works only on memory that lies in one piece; a permuted batch does not. Use flatten(1) or reshape.")

edit("MLP", "mixes_the_images_in_the_reshape",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return self.fc2(F.relu(self.fc1(x.reshape(-1, x.shape[0]).T)))",
     hint="reshape(-1, B).T has the right shape, but each row holds pixels of several images. Put the batch first: reshape(B, -1).")

edit("MLP", "channels_last_before_flattening", "x.flatten", "x.permute(0, 2, 3, 1).flatten",
     hint="You moved the channels last before flattening; the weights expect the whole first channel first. flatten(1) alone is right.")

edit("MLP", "first_channel_only", "fc1(x.flatten(1))", "fc1(x[:, 0].flatten(1))",
     hint="You take channel 0 only. A colour image has its other channels in the row as well: x.flatten(1).")

edit("MLP", "squeezes_the_logits", "self.fc1(x.flatten(1))))", "self.fc1(x.flatten(1)))).squeeze()",
     hint="squeeze also removes the batch axis when there is only one image. Leave it out.")

edit("MLP", "always_784_inputs", "Linear(in_features, hidden)", "Linear(784, hidden)",
     hint="The first layer always has 784 inputs. Take in_features: an image of 6 × 6 has 36.")

edit("MLP", "always_128_hidden",
     "Linear(in_features, hidden)", "Linear(in_features, 128)",
     "Linear(hidden, out)", "Linear(128, out)",
     hint="The hidden layer always has 128 numbers. Take the argument hidden.")

edit("MLP", "always_ten_classes", "Linear(hidden, out)", "Linear(hidden, 10)",
     hint="There are always ten classes. Take the argument out.")

edit("MLP", "without_bias",
     "Linear(in_features, hidden)", "Linear(in_features, hidden, bias=False)",
     "Linear(hidden, out)", "Linear(hidden, out, bias=False)",
     hint="The layers have no bias. Leave bias=False out.")

edit("MLP", "one_layer_too_many",
     "        self.fc2 = nn.Linear(hidden, out)",
     "        self.fc2 = nn.Linear(hidden, out)\n"
     "        self.fc3 = nn.Linear(out, out)",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))",
     hint="There are three dense layers; it should be two, from in_features to hidden to out.")

edit("MLP", "dropout_in_the_mlp",
     "        self.fc2 = nn.Linear(hidden, out)",
     "        self.fc2 = nn.Linear(hidden, out)\n"
     "        self.drop = nn.Dropout(0.5)",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.fc2(self.drop(F.relu(self.fc1(x.flatten(1)))))",
     hint="There is a Dropout in it that nobody asked for: it gives something else in train mode than in eval mode.")

edit("MLP", "batch_norm_in_the_mlp",
     "        self.fc2 = nn.Linear(hidden, out)",
     "        self.fc2 = nn.Linear(hidden, out)\n"
     "        self.norm = nn.BatchNorm1d(hidden)",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.fc2(F.relu(self.norm(self.fc1(x.flatten(1)))))",
     hint="There is a batch norm in it that nobody asked for: it adds parameters, and the images of a batch know of each other.")

edit("MLP", "layers_of_other_names",
     "self.fc1 =", "self.linear1 =",
     "self.fc2 =", "self.linear2 =",
     "fc2(F.relu(self.fc1(x.flatten", "linear2(F.relu(self.linear1(x.flatten",
     hint="The layers should be called fc1 and fc2: under these names the weights are saved, and only under them a saved file can be loaded.")

edit("MLP", "layers_called_by_their_number",
     "        self.fc1 = nn.Linear(in_features, hidden)\n"
     "        self.fc2 = nn.Linear(hidden, out)",
     "        self.net = nn.Sequential(nn.Flatten(), nn.Linear(in_features, hidden), nn.ReLU(), nn.Linear(hidden, out))",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.net(x)",
     hint="In a Sequential the layers are called net.1 and net.3. Make them attributes fc1 and fc2.")

edit("MLP", "layers_in_a_list",
     "        self.fc1 = nn.Linear(in_features, hidden)\n"
     "        self.fc2 = nn.Linear(hidden, out)",
     "        self.layers = [nn.Linear(in_features, hidden), nn.Linear(hidden, out)]",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.layers[1](F.relu(self.layers[0](x.flatten(1))))",
     hint="The layers are in a Python list, where nn.Module does not look: they are not registered, and never trained. Make them attributes fc1 and fc2.")

edit("MLP", "cuts_the_gradient", "self.fc1(x.flatten(1))))", "self.fc1(x.flatten(1))).detach())",
     hint="detach() between the layers cuts the way back: fc1 never learns. Leave it out.")

edit("MLP", "computes_without_gradients",
     "        return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "        with torch.no_grad():\n"
     "            return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     hint="with torch.no_grad() inside forward: no parameter ever gets a gradient. It belongs around the evaluation, not into the network.")

edit("MLP", "normalises_the_input_in_place", "x.flatten", "x.clamp_(0, 1).flatten",
     hint="You changed the batch itself (an operation that ends in _, or x -= …). Work on a new tensor.")

edit("MLP", "forgets_super_init", "        super().__init__()\n", "",
     hint="super().__init__() is missing at the beginning of __init__: nn.Module cannot keep its books without it.")


@mistake(replaces="MLP", hint="All networks of yours share the same layers: they are made once for the class. Make them in __init__, as attributes of self.")
class layers_of_the_class(nn.Module):
    made = {}

    def __init__(self, in_features=784, hidden=128, out=10):
        super().__init__()
        sizes = in_features, hidden, out
        if sizes not in self.made:
            self.made[sizes] = nn.Linear(in_features, hidden), nn.Linear(hidden, out)
        self.fc1, self.fc2 = self.made[sizes]

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


edit("MLP.forward", "computes_and_returns_nothing", "return", "",
     hint="forward computes the result and does not return it. Write return.")
