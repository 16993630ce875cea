"""Services: the use cases of one server, built in one place for routes, sockets and the demo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.catalog.hub_reach import is_offline
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
from services.training.measurements import Measurements
from services.training.plans import PlanService
from services.training.readiness import Readiness
from services.training.rollouts import RolloutService
from services.training.service import Preconditions, TrainingService


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
        """Reattach to the workers of an earlier server, and start to sample the machine.

        Raises:
            Conflict: Another server uses the same data folders.
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


@dataclass(frozen=True)
class _Shared:
    """The parts that most services use."""

    workspace: Workspace
    environment: Mapping[str, str]
    publish: Publish
    hardware: Hardware
    store: SessionStore
    devices: Devices
    in_use: InUse
    hub: Hub
    inspector: Inspector
    measurements: Measurements
    jobs: Jobs


@dataclass(frozen=True)
class _Inputs:
    """The services of the parts of a run's configuration: data, prompts, rewards and models."""

    uploads: UploadService
    datasets: DatasetService
    prompts: PromptService
    rewards: RewardService
    models: ModelService


@dataclass(frozen=True)
class _Answering:
    """The services that ask models."""

    generation: GenerationService
    recent: RecentAnswers
    answers: AnswerService
    evaluations: EvaluationService


def build_services(
    root: Path,
    worker: str,
    environment: Mapping[str, str],
    publish: Publish,
    machine: Callable[[], Hardware] = detect_hardware,
) -> Services:
    """Build the services on the data folders below `root`.

    Args:
        root: Holds outputs/, exports/, configs/, uploads/, cache/ and logs/.
        worker: The module of the training worker.
        environment: The environment of the server.
        publish: Called with (topic, payload) from any thread.
        machine: Detects the GPUs.
    """
    workspace = Workspace(root.resolve()).create()
    shared = _shared(workspace, environment, publish, visible(machine(), environment))
    inputs, launch = _inputs(shared), Launch(worker, environment)
    fitting = FittingService(inputs.rewards.frozen, inputs.models)
    readiness = Readiness(workspace, inputs.models, shared.measurements)
    answering = _answering(shared, inputs.rewards)
    problem = shared.hardware.problem
    return Services(
        workspace=workspace,
        hardware=shared.hardware,
        store=shared.store,
        devices=shared.devices,
        training=_training(shared, _checks(shared, inputs, fitting, readiness), launch),
        exports=_exports(shared, launch),
        generation=answering.generation,
        answers=answering.answers,
        recent=answering.recent,
        evaluations=answering.evaluations,
        configs=ConfigService(workspace),
        datasets=inputs.datasets,
        uploads=inputs.uploads,
        prompts=inputs.prompts,
        rewards=inputs.rewards,
        models=inputs.models,
        plans=PlanService(shared.store, inputs.uploads, fitting, readiness),
        rollouts=RolloutService(shared.store),
        jobs=shared.jobs,
        inspector=shared.inspector,
        monitor=SystemMonitor(workspace.root, problem.text if problem else None, publish),
        lock=FileLock(workspace.cache / ".server.lock"),
    )


def _shared(workspace: Workspace, environment: Mapping[str, str], publish: Publish, hardware: Hardware) -> _Shared:
    inspector = Inspector(workspace, environment)
    return _Shared(
        workspace=workspace,
        environment=environment,
        publish=publish,
        hardware=hardware,
        store=SessionStore(workspace),
        devices=Devices(hardware, publish),
        in_use=InUse(),
        hub=_hub(workspace, environment),
        inspector=inspector,
        measurements=Measurements(workspace, inspector),
        jobs=Jobs(inspector, publish),
    )


def _inputs(shared: _Shared) -> _Inputs:
    workspace, inspector = shared.workspace, shared.inspector
    prompts = PromptService(workspace, inspector)
    rewards = RewardService(workspace, shared.store, inspector, prompts)
    uploads = UploadService(workspace, inspector, shared.jobs, shared.store.reads)
    return _Inputs(
        uploads=uploads,
        datasets=DatasetService(workspace, inspector, shared.jobs, uploads, rewards.frozen),
        prompts=prompts,
        rewards=rewards,
        models=ModelService(workspace, shared.store, shared.hub, machine_with(shared.hardware)),
    )


def _checks(shared: _Shared, inputs: _Inputs, fitting: FittingService, readiness: Readiness) -> Preconditions:
    return Preconditions(
        config=fitting.require,
        model=shared.hub.require,
        data=inputs.datasets.require,
        asked_of_model=inputs.prompts.require,
        blockers=readiness.blockers,
    )


def _training(shared: _Shared, checks: Preconditions, launch: Launch) -> TrainingService:
    return TrainingService(
        shared.workspace, shared.store, launch, checks, shared.publish, shared.devices, shared.in_use
    )


def _exports(shared: _Shared, launch: Launch) -> ExportService:
    planner = ExportPlanner(shared.workspace, shared.store, shared.hub)
    return ExportService(shared.workspace, shared.store, launch, planner, shared.publish, shared.in_use)


def _answering(shared: _Shared, rewards: RewardService) -> _Answering:
    recent, launch = RecentAnswers(), Launch(GENERATION_WORKER, shared.environment)
    publish = recent.listen(shared.publish)
    generation = GenerationService(shared.workspace, shared.store, launch, shared.devices, shared.in_use, publish)
    tools = EvaluationTools(shared.store, generation, shared.inspector, shared.devices, shared.in_use, shared.publish)
    return _Answering(
        generation=generation,
        recent=recent,
        answers=AnswerService(shared.workspace, shared.store, generation, rewards),
        evaluations=EvaluationService(shared.workspace, tools),
    )


def _hub(workspace: Workspace, environment: Mapping[str, str]) -> Hub:
    home = Path(environment.get("HF_HOME") or workspace.cache / "huggingface")
    return Hub(environment.get("HF_ENDPOINT"), environment.get("HF_TOKEN"), home / "hub", is_offline(environment))
