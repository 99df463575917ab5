"""Right solutions of the exercise `steps`, written differently: none of them may lose a point. Named function__how."""

import torch


class Steps__clears_before_backward:
    def __init__(self, model, optim, loss_fn, device=None):
        self.model, self.optim, self.loss_fn, self.device = model, optim, loss_fn, device
        if device is not None:
            self.model.to(device)

    def forward(self, batch):
        x, y = batch
        if self.device is not None:
            x, y = x.to(self.device), y.to(device=self.device)
        logits = self.model(x)
        return logits, y, self.loss_fn(logits, y)

    def train_step(self, batch):
        logits, y, loss = self.forward(batch)
        self.optim.zero_grad(set_to_none=False)
        loss.backward()
        self.optim.step()
        self.optim.zero_grad()
        return {"loss": loss.item(), "acc": (logits.argmax(dim=-1) == y).double().mean().item()}

    @torch.no_grad()
    def valid_step(self, batch):
        logits, y, loss = self.forward(batch)
        return {"loss_sum": loss.item() * y.numel(), "correct": int((logits.argmax(1) == y).sum()), "count": y.numel()}

    def evaluate(self, loader):
        modes = [(module, module.training) for module in self.model.modules()]
        self.model.eval()
        loss, right, count = 0.0, 0, 0
        try:
            for batch in loader:
                found = self.valid_step(batch)
                loss += found["loss_sum"]
                right += found["correct"]
                count += found["count"]
        finally:
            for module, mode in modes:
                module.training = mode
        return {"loss": loss / count, "acc": right / count}


class Steps__model_clears_and_inference_mode:
    def __init__(self, model, optim, loss_fn, device=None):
        self.device = device
        self.model = model.to(device) if device else model
        self.optim = optim
        self.loss_fn = loss_fn

    def _both(self, batch):
        return [part.to(self.device, non_blocking=True) for part in batch]

    def train_step(self, batch):
        x, y = self._both(batch)
        for parameter in self.model.parameters():
            parameter.grad = None
        logits = self.model(x)
        loss = self.loss_fn(logits, y)
        loss.backward()
        self.optim.step()
        _, said = logits.detach().max(dim=1)
        return {"loss": float(loss.detach()), "acc": int((said == y).sum()) / len(x)}

    def valid_step(self, batch):
        x, y = self._both(batch)
        with torch.inference_mode():
            logits = self.model(x)
            mean = self.loss_fn(logits, y).item()
            said = logits.topk(1, dim=1).indices[:, 0]
        return {"loss_sum": mean * x.shape[0], "correct": (said == y).count_nonzero().item(), "count": x.shape[0]}

    def evaluate(self, loader):
        was = self.model.training
        try:
            self.model.train(False)
            found = [self.valid_step(batch) for batch in loader]
        finally:
            self.model.train(was)
        total = {name: sum(result[name] for result in found) for name in ("loss_sum", "correct", "count")}
        return {"loss": total["loss_sum"] / total["count"], "acc": total["correct"] / total["count"]}


class Steps__in_short:
    def __init__(self, model, optim, loss_fn, device=None):
        self.model, self.optim, self.loss_fn, self.device = model, optim, loss_fn, device
        if device is not None:
            self.model.to(device)

    def train_step(self, batch):
        x, y = batch[0].to(self.device), batch[1].to(self.device)
        self.optim.zero_grad()
        logits = self.model(x)
        loss = self.loss_fn(logits, y)
        loss.backward()
        self.optim.step()
        return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}

    def valid_step(self, batch):
        x, y = batch[0].to(self.device), batch[1].to(self.device)
        with torch.no_grad():
            logits = self.model(x)
            loss = self.loss_fn(logits, y)
        return {"loss_sum": loss.item() * len(y), "correct": (logits.argmax(1) == y).sum().item(), "count": len(y)}

    def evaluate(self, loader):
        was = self.model.training
        self.model.eval()
        found = [self.valid_step(batch) for batch in loader]
        self.model.train(was)
        count = sum(result["count"] for result in found)
        return {"loss": sum(result["loss_sum"] for result in found) / count, "acc": sum(result["correct"] for result in found) / count}


class Steps__keeps_a_torch_device:
    def __init__(self, model, optim, loss_fn, device=None):
        self.device = None if device is None else torch.device(device)
        self.model = model.to(self.device)
        self.optim, self.loss_fn = optim, loss_fn

    def train_step(self, batch):
        x, y = (part.to(self.device) for part in batch)
        self.optim.zero_grad()
        logits = self.model(x)
        loss = self.loss_fn(logits, y)
        loss.backward()
        self.optim.step()
        return {"loss": loss.item(), "acc": (logits.argmax(dim=1) == y).to(torch.float64).mean().item()}

    def valid_step(self, batch):
        x, y = (part.to(self.device) for part in batch)
        with torch.no_grad():
            logits = self.model(x)
            loss = self.loss_fn(logits, y).item()
        return {"loss_sum": loss * len(y), "correct": int(torch.eq(logits.argmax(dim=1), y).sum()), "count": len(y)}

    def evaluate(self, loader):
        was, loss, correct, count = self.model.training, 0.0, 0, 0
        self.model.eval()
        for batch in loader:
            measured = self.valid_step(batch)
            loss, correct, count = loss + measured["loss_sum"], correct + measured["correct"], count + measured["count"]
        self.model.train(was)
        return {"loss": loss / count, "acc": correct / count}
