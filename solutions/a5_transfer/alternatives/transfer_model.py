"""Right solutions of the exercise `transfer_model`, written differently: none of them may lose a point. Named function__how."""

from torch import nn


def build_transfer_model__added_one_by_one(backbone, in_features, num_classes, hidden=256, p=0.5):
    features = nn.Sequential()
    children = list(backbone.named_children())
    for name, child in children[: len(children) - 2]:
        features.add_module(name, child)
    head = nn.Sequential()
    for layer in (nn.AdaptiveAvgPool2d(1), nn.Flatten()):
        head.append(layer)
    for n_in, n_out in ((in_features, hidden), (hidden, num_classes)):
        head.append(nn.BatchNorm1d(n_in))
        head.append(nn.Dropout(p=p))
        head.append(nn.Linear(n_in, n_out))
        if len(head) == 5:
            head.append(nn.ReLU())
    return nn.Sequential(features, head)


def build_transfer_model__unpacked(backbone, in_features, num_classes, hidden=256, p=0.5):
    *kept, _pool, _old = backbone.children()
    pooling = [nn.AdaptiveAvgPool2d(output_size=1), nn.Flatten(start_dim=1)]
    first = [nn.BatchNorm1d(in_features), nn.Dropout(p), nn.Linear(in_features, hidden), nn.ReLU()]
    second = [nn.BatchNorm1d(hidden), nn.Dropout(p), nn.Linear(hidden, num_classes)]
    return nn.Sequential(nn.Sequential(*kept), nn.Sequential(*pooling, *first, *second))


def build_transfer_model__other_words_for_the_same_layers(backbone, in_features, num_classes, hidden=256, p=0.5):
    class OwnLinear(nn.Linear):
        """A dense layer with a name of its own."""

    class TwoParts(nn.Sequential):
        """Features and head."""

    pooled = [nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(1, 3), nn.BatchNorm1d(in_features), nn.Dropout(p, inplace=True)]
    dense = [OwnLinear(in_features, hidden), nn.ReLU(inplace=True), nn.BatchNorm1d(hidden), nn.Dropout(p)]
    head = nn.Sequential(*pooled, *dense, OwnLinear(hidden, num_classes))
    return TwoParts(nn.Sequential(*list(backbone.children())[:-2]), head)


def no_batch_norm__other_order():
    return "da"


def no_batch_norm__joined():
    return "".join(["a", "d"])
