"""Known mistakes of the exercise `two_stage`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

edit("param_groups", "learning_rates_exchanged",
     ", backbone_lr), (model[1], head_lr)", ", head_lr), (model[1], backbone_lr)",
     hint="The two learning rates are exchanged: the backbone gets backbone_lr.")

edit("param_groups", "frozen_ones_too",
     "params = [parameter for parameter in part.parameters() if parameter.requires_grad]",
     "params = [p for p in part.parameters()]",
     hint="Frozen parameters are in your groups. Leave them out: what is not in the optimizer cannot move.")

edit("param_groups", "empty_group", "if params", "if True",
     hint="A group without parameters is left in. Leave it out.")

edit("two_stage", "frozen_ones_in_the_optimizer",
     "        top = [lr]",
     '        groups = [{"params": list(model[0].parameters()) + groups[0]["params"]}] if stage == 0 else groups\n'
     "        top = [lr]",
     of="two_stage__one_loop", hint="In stage 1 the optimizer holds the backbone too. Frozen or not, what it does not hold it cannot move: give it the head alone.")

edit("two_stage", "never_freezes", "requires_grad_(stage == 1)", "requires_grad_(True)",
     of="two_stage__one_loop", hint="The backbone requires gradients in stage 1: freeze it first. Its optimizer does not hold it, but the gradients are computed, and kept for stage 2.")

edit("two_stage", "statistics_move_in_stage_1",
     "            if stage == 0:\n"
     "                model[0].eval()\n",
     "",
     of="two_stage__one_loop", hint="In stage 1 the statistics of the backbone move: model.train() has put it into train mode. Put it back into eval mode after that.")

edit("two_stage", "backbone_stays_in_eval_mode", "stage == 0", "True",
     of="two_stage__one_loop", hint="In stage 2 the backbone is still in eval mode: now it should train in every respect.")


@mistake(replaces="two_stage", hint="Stage 2 goes on with the optimizer of stage 1 and its memory. Make a new one.")
def one_optimizer_for_both(model, loaders, epochs=(3, 3), lr=1e-2):
    train, valid = loaders
    losses, rates, accuracies = [], [], []
    for stage in (0, 1):
        if epochs[stage] == 0:
            continue
        model[0].requires_grad_(stage == 1)
        groups = [{"params": list(model[1].parameters())}]
        top = [lr]
        if stage == 1:
            groups = [{"params": list(model[0].parameters())}] + groups
            top = [lr / 100, lr / 10]
        if stage == 0 or epochs[0] == 0:
            optimizer = torch.optim.AdamW(groups, lr=lr)
        else:
            optimizer.add_param_group(groups[0])
            optimizer.param_groups.reverse()
            for group in optimizer.param_groups:
                group.pop("initial_lr", None)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=top, epochs=epochs[stage], steps_per_epoch=len(train)
        )
        for _ in range(epochs[stage]):
            model.train()
            if stage == 0:
                model[0].eval()
            for x, y in train:
                rates.append(optimizer.param_groups[-1]["lr"])
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
            model.eval()
            right, total = 0, 0
            with torch.no_grad():
                for x, y in valid:
                    right += (model(x).argmax(1) == y).sum().item()
                    total += len(y)
            accuracies.append(right / total)
    return {"loss": losses, "lr": rates, "val_acc": accuracies, "boundary": epochs[0] * len(train)}


edit("two_stage", "lowers_lr_in_the_optimizer_only", "top = [lr / 100, lr / 10]", "top = [lr, lr]",
     of="two_stage__one_loop", hint="You lowered lr in AdamW, and OneCycleLR overwrites it with max_lr. Lower max_lr.")

edit("two_stage", "same_rate_for_backbone_and_head", "100", "10",
     of="two_stage__one_loop", hint="In stage 2 the backbone learns as fast as the head: max_lr takes a list, lr / 100 for the backbone, lr / 10 for the head.")

edit("two_stage", "scheduler_once_per_epoch",
     "                scheduler.step()\n", "",
     "            model.eval()",
     "            scheduler.step()\n"
     "            model.eval()",
     of="two_stage__one_loop", hint="The scheduler takes a step once per epoch, so it gets through a small part of its cycle. One step after each batch.")

edit("two_stage", "cycle_over_both_stages", "=epochs[stage]", "=sum(epochs)",
     of="two_stage__one_loop", hint="The cycle was made for the epochs of both stages together; each stage has one of its own.")

edit("two_stage", "validates_in_train_mode", "            model.eval()\n", "",
     of="two_stage__one_loop", hint="Validation happens in train mode, so batch norm uses, and learns, the statistics of the validation images.")

edit("two_stage", "mean_of_batch_accuracies", "sum", "float().mean", "len(y)", "1",
     of="two_stage__one_loop", hint="The mean of the accuracies of the batches counts the images of a small last batch more than others. Divide all right answers by all images.")

edit("two_stage", "history_of_the_last_stage",
     "        model[0].requires_grad_(stage == 1)",
     "        losses, rates, accuracies = [], [], []\n"
     "        model[0].requires_grad_(stage == 1)",
     of="two_stage__one_loop", hint="The history begins anew in stage 2, and stage 1 is lost.")

edit("two_stage", "stages_of_no_epochs",
     "        if epochs[stage] == 0:\n"
     "            continue\n",
     "",
     of="two_stage__one_loop", hint="A stage of 0 epochs is to be left out; OneCycleLR stops with an error there.")
