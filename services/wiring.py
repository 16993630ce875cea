"""Services: everything the routes and sockets use, put together in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import Conflict
from core.hardware import Hardware, detect_hardware, visible
from core.paths import Workspace
from core.runs.place import machine_with
from core.sessions.store import SessionStore
from services.answers.generation import MODULE as GENERATION_WORKER
from services.answers.generation import GenerationService
from services.answers.recent import RecentAnswers
from services.answers.service import AnswerService
from services.configs import ConfigService
from services.datasets.service import DatasetService
from services.datasets.uploads import UploadService
from services.evaluations.open_record import EvaluationTools
from services.evaluations.service import EvaluationService
from services.exports.plan import ExportPlanner
from services.exports.service import ExportService
from services.hub import Hub
from services.models import ModelService
from services.processes.devices import Devices
from services.processes.in_use import InUse
from services.processes.inspector import Inspector
from services.processes.jobs import Jobs
from services.processes.worker import Launch
from services.prompts import PromptService
from services.publish import Publish
from services.rewards import RewardService
from services.system_monitor import SystemMonitor
from services.training.fitting import FittingService
from services.training.plans import PlanService
from services.training.rollouts import RolloutService
from services.training.service import Preconditions, TrainingService

TRUTHY = ("1", "on", "yes", "true")


@dataclass(frozen=True)
class Services:
    """The use cases of one server."""

    workspace: Workspace
    hardware: Hardware
    store: SessionStore
    devices: Devices
    training: TrainingService
    exports: ExportService
    generation: GenerationService
    answers: AnswerService
    recent: RecentAnswers
    evaluations: EvaluationService
    configs: ConfigService
    datasets: DatasetService
    uploads: UploadService
    prompts: PromptService
    rewards: RewardService
    models: ModelService
    plans: PlanService
    rollouts: RolloutService
    jobs: Jobs
    inspector: Inspector
    monitor: SystemMonitor
    lock: FileLock

    def start(self) -> None:
        """Take up what an earlier server left running, and begin to sample the machine.

        Raises:
            Conflict: Another server works on the same data folders.
        """
        try:
            self.lock.acquire(blocking=False)
        except Timeout as error:
            hint = "Stop the other server, or give this one its own --root."
            raise Conflict(f"Another server works on {self.workspace.root}.", hint) from error
        self.uploads.clean()
        self.exports.recover()
        self.training.recover()
        self.evaluations.recover()
        self.monitor.start()


def build_services(
    root: Path,
    worker: str,
    environment: Mapping[str, str],
    publish: Publish,
    machine: Callable[[], Hardware] = detect_hardware,
) -> Services:
    """Services on the data folders below `root`.

    Args:
        root: Holds outputs/, exports/, configs/, uploads/, cache/ and logs/.
        worker: The module of the training worker.
        environment: The environment the server was started with.
        publish: Called with (topic, payload) from any thread.
        machine: Tells the GPUs that there are.
    """
    workspace = Workspace(root.resolve()).create()
    hardware = visible(machine(), environment)
    store = SessionStore(workspace)
    devices, in_use = Devices(hardware, publish), InUse()
    launch = Launch(worker, environment)
    hub = _hub(workspace, environment)
    inspector = Inspector(workspace, environment)
    jobs = Jobs(inspector, publish)
    prompts = PromptService(workspace, inspector)
    uploads = UploadService(workspace, inspector, jobs, store.reads)
    datasets = DatasetService(workspace, inspector, jobs, uploads, prompts)
    rewards = RewardService(workspace, store, inspector, prompts)
    models = ModelService(workspace, store, hub, machine_with(hardware))
    fitting = FittingService(rewards.frozen, models)
    checks = Preconditions(settle=fitting.start, model=hub.require, data=datasets.require)
    recent = RecentAnswers()
    answering = Launch(GENERATION_WORKER, environment)
    generation = GenerationService(workspace, store, answering, devices, in_use, recent.listen(publish))
    tools = EvaluationTools(store, generation, inspector, devices, in_use, publish)
    return Services(
        workspace=workspace,
        hardware=hardware,
        store=store,
        devices=devices,
        training=TrainingService(workspace, store, launch, checks, publish, devices, in_use),
        exports=ExportService(workspace, store, launch, ExportPlanner(workspace, store, hub), publish, in_use),
        generation=generation,
        answers=AnswerService(workspace, store, generation, rewards),
        recent=recent,
        evaluations=EvaluationService(workspace, tools),
        configs=ConfigService(workspace),
        datasets=datasets,
        uploads=uploads,
        prompts=prompts,
        rewards=rewards,
        models=models,
        plans=PlanService(store, uploads, fitting),
        rollouts=RolloutService(store),
        jobs=jobs,
        inspector=inspector,
        monitor=SystemMonitor(workspace.root, hardware.problem.text if hardware.problem else None, publish),
        lock=FileLock(workspace.cache / ".server.lock"),
    )


def _hub(workspace: Workspace, environment: Mapping[str, str]) -> Hub:
    home = Path(environment.get("HF_HOME") or workspace.cache / "huggingface")
    offline = environment.get("HF_HUB_OFFLINE", "").lower() in TRUTHY
    return Hub(environment.get("HF_ENDPOINT"), environment.get("HF_TOKEN"), home / "hub", offline)
