"""Known mistakes of the exercise `lenet`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake


# ================================================================ lenet: LeNet5Classic


@mistake(replaces="LeNet5Classic", hint="LeNet-5 of 1998 has sigmoids; yours uses ReLU.")
class relu_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc3(F.relu(self.fc2(x)))


@mistake(replaces="LeNet5Classic", hint="The classic one should have sigmoids; yours uses tanh.")
class tanh_in_the_classic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


edit("LeNet5Classic", "max_pooling_in_the_classic",
     "F.avg_pool2d(torch.sigmoid(self.conv1(x", "F.max_pool2d(torch.sigmoid(self.conv1(x",
     "F.avg_pool2d(torch.sigmoid(self.conv2(x", "F.max_pool2d(torch.sigmoid(self.conv2(x",
     hint="LeNet-5 of 1998 pools by the average; yours takes the maximum.")

edit("LeNet5Classic", "pools_before_the_sigmoid",
     "x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)", "x = torch.sigmoid(F.avg_pool2d(self.conv1(x), 2))",
     "x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)", "x = torch.sigmoid(F.avg_pool2d(self.conv2(x), 2))",
     hint="You pool first and take the sigmoid afterwards. With an average that is not the same: sigmoid first.")

edit("LeNet5Classic", "no_sigmoid_after_the_convolutions",
     "x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)", "x = F.avg_pool2d(self.conv1(x), 2)",
     "x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)", "x = F.avg_pool2d(self.conv2(x), 2)",
     hint="There is no sigmoid after the convolutions.")

edit("LeNet5Classic", "no_sigmoid_after_conv2",
     "x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)", "x = F.avg_pool2d(self.conv2(x), 2)",
     hint="There is no sigmoid after the second convolution.")

edit("LeNet5Classic", "no_sigmoid_after_fc1", "x = torch.sigmoid(self.fc1(x.flatten(1)))", "x = self.fc1(x.flatten(1))",
     hint="There is no sigmoid after fc1, so fc1 and fc2 together are just one matrix.")

edit("LeNet5Classic", "no_sigmoid_after_fc2",
     "return self.fc3(torch.sigmoid(self.fc2(x)))", "return self.fc3(self.fc2(x))",
     hint="There is no sigmoid after fc2, so fc2 and fc3 together are just one matrix.")

edit("LeNet5Classic", "sigmoid_after_the_last",
     "return self.fc3(torch.sigmoid(self.fc2(x)))", "return torch.sigmoid(self.fc3(torch.sigmoid(self.fc2(x))))",
     hint="The last layer has a sigmoid too. It should give logits, as they are.")

edit("LeNet5Classic", "softmax_after_the_classic",
     "return self.fc3(torch.sigmoid(self.fc2(x)))",
     "return torch.softmax(self.fc3(torch.sigmoid(self.fc2(x))), dim=1)",
     hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.")

edit("LeNet5Classic", "no_padding_in_the_classic", ", padding=2", "", "5 * 5", "4 * 4",
     hint="The first convolution lacks its padding of 2: its maps are 24 × 24, and 16 · 4 · 4 = 256 numbers arrive at fc1 instead of 400.")

edit("LeNet5Classic", "padding_twice_in_the_classic",
     "Conv2d(6, 16, 5)", "Conv2d(6, 16, 5, padding=2)",
     "5 * 5", "7 * 7",
     hint="The second convolution has a padding too. It should have none: 14 − 4 = 10, pooled 5, and 16 · 5 · 5 = 400.")

edit("LeNet5Classic", "kernels_of_three",
     "5, padding=2", "3, padding=1",
     "Conv2d(6, 16, 5)", "Conv2d(6, 16, 3)",
     "5 * 5", "6 * 6",
     hint="Both kernels should be 5 × 5, yours are 3 × 3.")

edit("LeNet5Classic", "pools_in_steps_of_one",
     "5 * 5", "22 * 22",
     "sigmoid(self.conv1(x)), 2)", "sigmoid(self.conv1(x)), 2, 1)",
     "sigmoid(self.conv2(x)), 2)", "sigmoid(self.conv2(x)), 2, 1)",
     hint="Your poolings move by 1 pixel instead of 2 and hardly shrink the maps. Stride 2 is the default of avg_pool2d(x, 2).")


@mistake(replaces="LeNet5Classic", hint="The dense layer of 120 is missing: 400 → 120 → 84 → 10.")
class forgets_the_layer_of_120(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, 10)
        self.fc3 = nn.Identity()

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        return self.fc2(torch.sigmoid(self.fc1(x.flatten(1))))


@mistake(replaces="LeNet5Classic", hint="The layers should be called conv1, conv2, fc1, fc2 and fc3.")
class names_from_a_textbook(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Linear(16 * 5 * 5, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.sigmoid(self.c1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.c3(x)), 2)
        x = torch.sigmoid(self.c5(x.flatten(1)))
        return self.output(torch.sigmoid(self.f6(x)))


edit("LeNet5Classic", "images_of_a_batch_mixed",
     "x = torch.sigmoid(self.fc1(x.flatten(1)))",
     "x = torch.sigmoid(self.fc1(x.transpose(0, 1).reshape(x.shape[0], -1)))",
     hint="You flatten with the batch in the wrong place: each row holds numbers of several images. flatten(1) keeps them apart.")


# ================================================================ lenet: LeNetModern

edit("LeNetModern", "softmax_in_the_model",
     "        return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "        logits = self.fc2(F.relu(self.fc1(x.flatten(1))))\n"
     "        return nn.Softmax(dim=-1)(logits)",
     hint="There is a softmax at the end, and CrossEntropyLoss takes another: the loss can never fall below ln(e + 9) − 1 = 1.4612. Return the logits.")

edit("LeNetModern", "log_softmax_in_the_model",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))",
     "return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), dim=1)",
     hint="There is a log_softmax at the end. With CrossEntropyLoss it does no harm, but the network should return logits.")

edit("LeNetModern", "relu_on_the_last_layer",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return F.relu(self.fc2(F.relu(self.fc1(x.flatten(1)))))",
     hint="The ReLU after the last layer cuts off all negative logits.")

edit("LeNetModern", "sigmoids_kept",
     "max_pool2d(F.relu(self.conv1(x))", "max_pool2d(torch.sigmoid(self.conv1(x))",
     "max_pool2d(F.relu(self.conv2(x))", "max_pool2d(torch.sigmoid(self.conv2(x))",
     "fc2(F.relu(self.fc1(x.flatten", "fc2(torch.sigmoid(self.fc1(x.flatten",
     hint="The modern one should have ReLU; yours still uses sigmoids.")

edit("LeNetModern", "average_pooling_kept",
     "F.max_pool2d(F.relu(self.conv1(x", "F.avg_pool2d(F.relu(self.conv1(x",
     "F.max_pool2d(F.relu(self.conv2(x", "F.avg_pool2d(F.relu(self.conv2(x",
     hint="The modern one should pool by the maximum; yours still takes the average.")

edit("LeNetModern", "no_padding_in_the_modern", ", padding=2", "", "5 * 5", "4 * 4",
     hint="The first convolution lacks its padding of 2: 256 numbers arrive at fc1 instead of 400.")

edit("LeNetModern", "padding_in_both_convolutions", "Conv2d(6, 16, 5)", "Conv2d(6, 16, 5, padding=2)", "5 * 5", "7 * 7",
     hint="The second convolution has a padding too: 16 · 7 · 7 = 784 numbers arrive at fc1 instead of 400.")

edit("LeNetModern", "pool_stride_of_one",
     "5 * 5", "22 * 22",
     "relu(self.conv1(x)), 2)", "relu(self.conv1(x)), 2, stride=1)",
     "relu(self.conv2(x)), 2)", "relu(self.conv2(x)), 2, stride=1)",
     hint="Your poolings move by 1 pixel instead of 2. Stride 2 is the default of max_pool2d(x, 2).")


@mistake(replaces="LeNetModern", hint="Lazy layers have no weights before the first batch: nothing to count, to copy, or to hand to an optimizer. Write the sizes; you have just worked them out.")
class lazy_layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.LazyConv2d(6, 5, padding=2)
        self.conv2 = nn.LazyConv2d(16, 5)
        self.fc1 = nn.LazyLinear(84)
        self.fc2 = nn.LazyLinear(10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@mistake(replaces="LeNetModern", hint="The modern one has one dense layer less: 400 → 84 → 10.")
class keeps_the_layer_of_120(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


edit("LeNetModern", "dropout_in_the_lenet",
     "        self.fc2 = nn.Linear(84, 10)",
     "        self.fc2 = nn.Linear(84, 10)\n"
     "        self.drop = nn.Dropout(0.25)",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.fc2(self.drop(F.relu(self.fc1(x.flatten(1)))))",
     hint="There is a Dropout in it that nobody asked for: it gives something else in train mode than in eval mode.")

edit("LeNetModern", "no_relu_after_conv1",
     "x = F.max_pool2d(F.relu(self.conv1(x)), 2)", "x = F.max_pool2d(self.conv1(x), 2)",
     hint="There is no ReLU after the first convolution; pooling does not replace it.")

edit("LeNetModern", "convolutions_without_bias",
     "Conv2d(1, 6, 5, padding=2)", "Conv2d(1, 6, 5, padding=2, bias=False)",
     "Conv2d(6, 16, 5)", "Conv2d(6, 16, 5, bias=False)",
     hint="The convolutions have no bias. Leave bias=False out.")

edit("LeNetModern", "wrong_number_of_maps", ", 16", ", 12", "Linear(16 * 5 * 5, 84)", "Linear(12 * 5 * 5, 84)",
     hint="The second convolution should give 16 maps.")

edit("LeNetModern", "dense_layers_of_other_names",
     "self.fc1 =", "self.hidden =",
     "self.fc2 =", "self.classifier =",
     "fc2(F.relu(self.fc1(x.flatten", "classifier(F.relu(self.hidden(x.flatten",
     hint="The layers should be called conv1, conv2, fc1 and fc2.")

edit("LeNetModern", "squeezes_a_batch_of_one", "self.fc1(x.flatten(1))))", "self.fc1(x.flatten(1)))).squeeze()",
     hint="squeeze also removes the batch axis when there is only one image. Leave it out.")

edit("LeNetModern.forward", "second_pooling_averages",
     "F.max_pool2d(F.relu(self.conv2(x", "F.avg_pool2d(F.relu(self.conv2(x",
     hint="The second pooling takes the average. (So does a network that was printed as “equivalent” to this one.) Both should take the maximum.")

edit("LeNetModern.forward", "no_relu_after_fc1",
     "return self.fc2(F.relu(self.fc1(x.flatten(1))))", "return self.fc2(self.fc1(x.flatten(1)))",
     hint="There is no ReLU after fc1, so fc1 and fc2 together are just one matrix.")

edit("LeNetModern.forward", "flattens_across_the_batch", "self.fc1(x.flatten(1))))", "self.fc1(x.reshape(400, -1).T)))",
     hint="The numbers of an image are spread over several rows: you moved the batch before the reshape. flatten(1) keeps the images apart.")


# ================================================================ lenet: lenet_sequential

edit("lenet_sequential", "sequential_ends_with_softmax",
     "16 * 5 * 5, 84),\n"
     "        nn.ReLU(),\n"
     "        nn.Linear(84, 10),\n"
     "    )",
     "400, 84),\n"
     "        nn.ReLU(),\n"
     "        nn.Linear(84, 10),\n"
     "        nn.Softmax(dim=-1),\n"
     "    )",
     hint="There is an nn.Softmax at the end; LeNetModern gives logits.")

edit("lenet_sequential", "sequential_averages_the_second_pooling",
     "MaxPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(16 * 5 * 5",
     "AvgPool2d(2),\n"
     "        nn.Flatten(),\n"
     "        nn.Linear(400",
     hint="The second pooling is an AvgPool2d. LeNetModern takes the maximum both times.")

edit("lenet_sequential", "sequential_averages_twice",
     "nn.MaxPool2d(2),\n"
     "        nn.Conv2d",
     "nn.AvgPool2d(2),\n"
     "        nn.Conv2d",
     "nn.MaxPool2d(2),\n"
     "        nn.Flatten",
     "nn.AvgPool2d(2),\n"
     "        nn.Flatten",
     hint="Both poolings are averages. LeNetModern takes the maximum.")

edit("lenet_sequential", "sequential_without_flatten",
     "Flatten(),\n"
     "        nn.Linear(16 * 5 * 5",
     "Linear(400",
     hint="nn.Flatten() is missing between the last pooling and the first dense layer.")

edit("lenet_sequential", "sequential_flattens_the_batch",
     "Flatten(),\n"
     "        nn.Linear(16 * 5 * 5",
     "Flatten(0),\n"
     "        nn.Linear(400",
     hint="nn.Flatten(0) melts the batch into one row as well. nn.Flatten() begins at axis 1.")

edit("lenet_sequential", "sequential_without_the_last_relu",
     "16 * 5 * 5, 84),\n"
     "        nn.ReLU(",
     "400, 84",
     hint="There is no ReLU between the dense layers.")

edit("lenet_sequential", "sequential_ends_with_relu",
     "16 * 5 * 5, 84),\n"
     "        nn.ReLU(),\n"
     "        nn.Linear(84, 10),\n"
     "    )",
     "400, 84),\n"
     "        nn.ReLU(),\n"
     "        nn.Linear(84, 10),\n"
     "        nn.ReLU(),\n"
     "    )",
     hint="The ReLU at the end cuts off all negative logits.")

edit("lenet_sequential", "sequential_without_padding",
     "nn.Conv2d(1, 6, 5, padding=2),", "nn.Conv2d(1, 6, 5),",
     "nn.Linear(16 * 5 * 5, 84),", "nn.Linear(256, 84),",
     hint="The first convolution lacks its padding of 2.")


@mistake(replaces="lenet_sequential", hint="Lazy layers have no weights before the first batch. Write the sizes.")
def sequential_of_lazy_layers():
    return nn.Sequential(
        nn.LazyConv2d(6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.LazyConv2d(16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.LazyLinear(84),
        nn.ReLU(),
        nn.LazyLinear(10),
    )


edit("lenet_sequential", "sequential_with_dropout",
     "Linear(16 * 5 * 5, 84),\n"
     "        nn.ReLU(),\n"
     "        nn.",
     "Linear(400, 84),\n"
     "        nn.ReLU(),\n"
     "        nn.Dropout(0.5),\n"
     "        nn.",
     hint="There is a Dropout in it; LeNetModern has none.")

edit("lenet_sequential", "sequential_in_a_list", "return nn.Sequential(", "return [", "    )", "    ]",
     hint="You return a Python list of layers. nn.Sequential(*layers) makes a network of it.")

edit("lenet_sequential", "sequential_with_the_layer_of_120",
     "Linear(16 * 5 * 5, 84)",
     "Linear(400, 120),\n"
     "        nn.ReLU(),\n"
     "        nn.Linear(120, 84)",
     hint="LeNetModern has one dense layer less: 400 → 84 → 10.")


@mistake(replaces="lenet_sequential", hint="LeNetModern uses ReLU; yours has sigmoids.")
def sequential_with_sigmoids():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 84),
        nn.Sigmoid(),
        nn.Linear(84, 10),
    )


edit("lenet_sequential", "sequential_pools_in_steps_of_one",
     "nn.MaxPool2d(2),\n"
     "        nn.Conv2d",
     "nn.MaxPool2d(2, stride=1),\n"
     "        nn.Conv2d",
     "nn.MaxPool2d(2),\n"
     "        nn.Flatten",
     "nn.MaxPool2d(2, stride=1),\n"
     "        nn.Flatten",
     "16 * 5 * 5", "16 * 22 * 22",
     hint="Your poolings move by 1 pixel instead of 2.")


@mistake(replaces="lenet_sequential", hint="You wrapped a class into nn.Sequential. Each step should be a layer of its own in the chain.")
def sequential_around_a_class():
    class Whole(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2 = nn.Linear(400, 84), nn.Linear(84, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            return self.fc2(F.relu(self.fc1(x.flatten(1))))

    return nn.Sequential(Whole())


@mistake(replaces="lenet_sequential", hint="Every call gives back the same network: it is made once, as a default argument. Make it inside the function.")
def sequential_made_once(made=[]):
    if not made:
        made.append(
            nn.Sequential(
                nn.Conv2d(1, 6, 5, padding=2),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(6, 16, 5),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(400, 84),
                nn.ReLU(),
                nn.Linear(84, 10),
            )
        )
    return made[0]
