"""What a box lets through so that CUDA can start in it. On the CPU none of this is there.

What CUDA needs in a sandbox is documented nowhere; this is what others found: the nodes and /sys for bubblewrap
(containers/bubblewrap issue 381, truefoundry/trueforge 466), `nvidia-uvm-tools`, /proc/driver and the names of a
process's own threads for Landlock (nolabs-ai/nono 673, NVIDIA/OpenShell 710), memfd_create for seccomp (1696).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

DEVICES = ("cpu", "cuda")
NODES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia[0-9]*", "nvidia-caps/nvidia-cap[0-9]*")
FACTS = ("/proc/driver", "/proc/devices", "/proc/modules", "/proc/cpuinfo", "/proc/meminfo")
READABLE = ("/sys", "/proc/self", *FACTS)
WRITABLE = ("/proc/self/task",)  # the driver names its threads, and gives up where it cannot
CALLS = ("memfd_create",)
MEMORY_MB = 4096  # of this machine, for the driver and its libraries, beside what a submission may use
ENVIRONMENT = {
    "NVIDIA_TF32_OVERRIDE": "0",  # float32 is float32: the same tolerances as on the CPU
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # the same submission, the same report
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # `torch.cuda.is_available()` starts nothing: what forks must not have
}
# For processes that compute on the CPU and fork: PyTorch's first gradient starts a thread for each card that it sees;
# from then on every gradient in a fork raises RuntimeError.
HIDDEN = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": ""}


def nodes(device: str, folder: Path = Path("/dev")) -> tuple[str, ...]:
    """The device nodes that are passed through; none for the CPU."""
    return () if device == "cpu" else tuple(str(path) for name in NODES for path in sorted(folder.glob(name)))


def device_words(device: str) -> Iterator[str]:
    """Arguments that show the nodes and, read-only, what the kernel tells about the hardware."""
    for node in nodes(device):
        yield from ("--dev-bind", node, node)
    if device != "cpu":
        yield from ("--ro-bind", "/sys", "/sys")
