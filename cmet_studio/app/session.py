"""A running engine over a workspace: the face model, the analysis, and the plan of the moment."""

from typing import TYPE_CHECKING

from cmet_studio.app.vectors import Vectors, emotion_vectors
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.paths import model_file
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Performer, Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmet_studio.domain.time import ClipTimes
    from cmet_studio.engine.analysis import PerformerAnalysis
    from cmet_studio.engine.plan import ModelFrames, Plan
    from cmet_studio.engine.protocol import FaceModel, Floats
    from cmet_studio.render.pipeline import PerformerEdit


class EngineSession:
    """Everything that rendering a project needs, kept from edit to edit. Owned by one thread.

    Attributes:
        analyses: what was measured, by performer id; performers not analysed yet are missing.
        notes: what an editor should know about the emotions' vectors.
    """

    def __init__(
        self,
        workspace: Workspace,
        engine: str = "mesh",
        device: str = "auto",
        token: CancelToken = NEVER,
        report: Report = silent,
        *,
        analysed: bool = True,
        restorer: str = "",
        times: "ClipTimes | None" = None,
    ) -> None:
        """Load the face model and analyse the clip (from the cache if it was done before).

        Args:
            analysed: False leaves the analysis to ``analyse`` or ``adopt``.
            restorer: see ``engine.registry.make_face_model``.
            times: of the clip, where somebody knows them; else the workspace's reader is opened.

        Raises:
            BadInput, EngineError: if the engine or device is not to be had here.
            MediaError, ProjectError: if the clip cannot be read.
        """
        from cmet_studio.engine import device as devices
        from cmet_studio.engine import registry
        from cmet_studio.networks.connector import load_connector

        devices.one_thread_per_worker()
        self.engine = engine
        self.device = devices.choose(device, engine)
        self._restorer = restorer
        self._times = times
        self.model: FaceModel = registry.make_face_model(engine, self.device, restorer)
        self.notes: list[str] = []
        self.workspace = workspace
        self.connector = load_connector(model_file(self.model.info.connector))
        self.analyses: dict[str, PerformerAnalysis] = {}
        self._faces: dict[str, FaceId] = {}
        self._frames: dict[str, ModelFrames] = {}
        self._plans: dict[str, Plan] = {}
        if analysed:
            self.analyse(workspace.project, token, report)

    @property
    def times(self) -> "ClipTimes":
        """When each frame of the clip is shown."""
        return self.workspace.reader.times if self._times is None else self._times

    def make_model(self) -> "FaceModel":
        """Another face model of the same kind, for another thread."""
        from cmet_studio.engine.registry import make_face_model

        return make_face_model(self.engine, self.device, self._restorer)

    def missing(self, project: Project) -> list[Performer]:
        """Performers of ``project`` whose face was not analysed yet."""
        return [p for p in project.performers if self._faces.get(p.id) != face_id(p)]

    def analyse(
        self, project: Project, token: CancelToken = NEVER, report: Report = silent
    ) -> None:
        """Analyse the performers that are missing, here and now."""
        from cmet_studio.engine.analysis import analyse

        missing = self.missing(project)
        if not missing:
            return
        found = analyse(
            self.workspace.reader, project.clip.fingerprint, missing, self.model, token, report
        )
        for performer in missing:
            self.adopt(performer, found[performer.id])

    def adopt(self, performer: Performer, found: "PerformerAnalysis") -> None:
        """Take an analysis that was made elsewhere, with a face model of the same kind."""
        from cmet_studio.engine.plan import ModelFrames

        self.analyses[performer.id] = found
        self._faces[performer.id] = face_id(performer)
        self._frames[performer.id] = ModelFrames(found, self.times)
        self._plans.pop(performer.id, None)

    def edits(
        self,
        project: Project,
        token: CancelToken = NEVER,
        report: Report = silent,
    ) -> "list[PerformerEdit]":
        """What the keys of ``project`` ask for; windows that an edit does not reach are kept.

        Performers that are new are analysed first.
        """
        self.analyse(project, token, report)
        used = emotions_used(project)
        emotions = [e for e in project.emotions if e.id in used]
        folder = self.workspace.folder
        return self.edits_with(project, emotion_vectors(project, folder, emotions, token, report))

    def edits_with(self, project: Project, vectors: Vectors) -> "list[PerformerEdit]":
        """``edits`` of the performers analysed so far, with vectors of all emotions used."""
        self.notes = vectors.notes
        waiting = {p.id for p in self.missing(project)}
        return [
            self._edit(p, vectors.by_emotion) for p in project.performers if p.id not in waiting
        ]

    def _edit(self, performer: Performer, vectors: "Mapping[str, Floats]") -> "PerformerEdit":
        from cmet_studio.engine.plan import Plan
        from cmet_studio.render.pipeline import PerformerEdit

        found = self.analyses[performer.id]
        plan = Plan(
            performer.keys,
            vectors,
            self._frames[performer.id],
            found,
            self.times,
            self.model.info,
            self.connector,
            previous=self._plans.get(performer.id),
        )
        self._plans[performer.id] = plan
        return PerformerEdit(found, plan)


def emotions_used(project: Project) -> frozenset[str]:
    """Ids of the emotions that keys name; muted ones are as if they were not there."""
    keys = (key for p in project.performers for key in p.keys if not key.muted)
    return frozenset(part.emotion for key in keys for part in key.mix)


FaceId = tuple[int, tuple[float, float, float, float]]


def face_id(performer: Performer) -> FaceId:
    """Which face of the clip a performer is: what its analysis depends on."""
    return performer.anchor_frame, performer.anchor_box
