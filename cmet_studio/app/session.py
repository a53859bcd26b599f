"""A running engine over a workspace: the face model, the analysis, and the plan of the moment."""

from typing import TYPE_CHECKING

from cmet_studio.app.vectors import emotion_vectors
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.paths import model_file
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Project

if TYPE_CHECKING:
    from cmet_studio.engine.plan import Plan
    from cmet_studio.engine.protocol import FaceModel
    from cmet_studio.render.pipeline import PerformerEdit


class EngineSession:
    """Everything that rendering a project needs, kept from edit to edit. Owned by one thread."""

    def __init__(
        self,
        workspace: Workspace,
        engine: str = "mesh",
        device: str = "auto",
        token: CancelToken = NEVER,
        report: Report = silent,
    ) -> None:
        """Load the face model and analyse the clip (from the cache if it was done before).

        Raises:
            BadInput, EngineError: if the engine or device is not to be had here.
            MediaError, ProjectError: if the clip cannot be read.
        """
        from cmet_studio.engine import analysis, plan, registry
        from cmet_studio.engine import device as devices
        from cmet_studio.networks.connector import load_connector

        devices.one_thread_per_worker()
        self.engine = engine
        self.device = devices.choose(device, engine)
        self.model: FaceModel = registry.make_face_model(engine, self.device)
        self.notes: list[str] = []
        self._workspace = workspace
        self.connector = load_connector(model_file(self.model.info.connector))
        reader = workspace.reader
        self.analyses = analysis.analyse(
            reader,
            workspace.project.clip.fingerprint,
            workspace.project.performers,
            self.model,
            token,
            report,
        )
        self._frames = {
            performer: plan.ModelFrames(found, reader.times)
            for performer, found in self.analyses.items()
        }
        self._plans: dict[str, Plan] = {}

    def make_model(self) -> "FaceModel":
        """Another face model of the same kind, for another thread."""
        from cmet_studio.engine.registry import make_face_model

        return make_face_model(self.engine, self.device)

    def edits(
        self, project: Project, token: CancelToken = NEVER, report: Report = silent
    ) -> "list[PerformerEdit]":
        """What the keys of ``project`` ask for; windows that an edit does not reach are kept.

        ``project`` must have the performers that the workspace had when the session began.
        """
        from cmet_studio.engine.plan import Plan
        from cmet_studio.render.pipeline import PerformerEdit

        keys = [key for p in project.performers for key in p.keys if not key.muted]
        used = {part.emotion for key in keys for part in key.mix}
        vectors = emotion_vectors(
            project,
            self._workspace.folder,
            [e for e in project.emotions if e.id in used],
            token,
            report,
        )
        self.notes = vectors.notes
        edits = []
        for performer in project.performers:
            found = self.analyses[performer.id]
            plan = Plan(
                performer.keys,
                vectors.by_emotion,
                self._frames[performer.id],
                found,
                self._workspace.reader.times,
                self.model.info,
                self.connector,
                previous=self._plans.get(performer.id),
            )
            self._plans[performer.id] = plan
            edits.append(PerformerEdit(found, plan))
        return edits
