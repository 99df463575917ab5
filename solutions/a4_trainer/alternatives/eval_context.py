"""Right solutions of the exercise `eval_context`, written differently: none of them may lose a point. Named function__how."""

from contextlib import contextmanager


def eval_context__a_class(model):
    class Block:
        def __enter__(self):
            self.modes = [module.training for module in model.modules()]
            return model.eval()

        def __exit__(self, *error):
            for module, mode in zip(model.modules(), self.modes):
                module.training = mode
            return False

    return Block()


def eval_context__by_name(model):
    @contextmanager
    def block():
        modes = {name: module.training for name, module in model.named_modules()}
        model.train(False)
        try:
            yield
        finally:
            for name, module in model.named_modules():
                module.training = modes[name]

    return block()


def eval_context__outer_first(model):
    @contextmanager
    def block():
        modes = [(module, module.training) for module in model.modules()]
        for module, _ in modes:
            module.training = False
        try:
            yield model
        except BaseException:
            raise
        finally:
            for module, mode in modes:
                module.train(mode)

    return block()


def eval_context__a_block_inside(model):
    @contextmanager
    def block():
        modes = [(module, module.training) for module in model.modules()]
        model.eval()
        try:
            yield model
        finally:
            for module, mode in modes:
                module.training = mode

    return block()
