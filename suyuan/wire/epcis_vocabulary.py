"""The words of the Core Business Vocabulary (CBV 2.0), pinned: bare words and their full URIs.

A word has three spellings: bare (``shipping``, the form of EPCIS 2.0 JSON), a URN of CBV 1
(``urn:epcglobal:cbv:bizstep:shipping``, the form of XML) and a web URI
(``https://ref.gs1.org/cbv/BizStep-shipping``). An ``Event`` holds the bare word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_CBV = "https://ref.gs1.org/cbv/"
_GS1 = "https://gs1.org/voc/"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One list of standard words: ``uris`` leads from a bare word to its URI.

    ``prefixes`` are what stands before the bare word in its other spellings.
    """

    uris: dict[str, str]
    prefixes: tuple[str, ...]

    def bare(self, text: str) -> str:
        """The bare word of any spelling of a standard word; any other text is given back."""
        for prefix in self.prefixes:
            if text.startswith(prefix):
                word = text.removeprefix(prefix)
                return word if word in self.uris else text
        return text

    def __contains__(self, word: object) -> bool:
        return word in self.uris


def _vocabulary(base: str, urn: str, words: str) -> Vocabulary:
    return Vocabulary({word: base + word for word in words.split()}, (base, urn))


BIZ_STEPS = _vocabulary(
    _CBV + "BizStep-",
    "urn:epcglobal:cbv:bizstep:",
    """accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping""",
)

DISPOSITIONS = _vocabulary(
    _CBV + "Disp-",
    "urn:epcglobal:cbv:disp:",
    """active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
    no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved
    retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown""",
)

BIZ_TRANSACTION_TYPES = _vocabulary(
    _CBV + "BTT-",
    "urn:epcglobal:cbv:btt:",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
)

ENDPOINT_TYPES = _vocabulary(
    _CBV + "SDT-", "urn:epcglobal:cbv:sdt:", "location owning_party possessing_party"
)

ERROR_REASONS = _vocabulary(_CBV + "ER-", "urn:epcglobal:cbv:er:", "did_not_occur incorrect_data")

COMPONENTS = _vocabulary(
    _CBV + "Comp-",
    "urn:epcglobal:cbv:comp:",
    """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting
    northing latitude longitude altitude""",
)

SENSOR_EXCEPTIONS = _vocabulary(_GS1, "gs1:", "ALARM_CONDITION ERROR_CONDITION")

MEASUREMENT_TYPES = _vocabulary(
    _GS1,
    "gs1:",
    """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity Altitude
    AmountOfSubstance AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum
    AngularVelocity Area Capacitance Conductance Conductivity Count Density Dimensionless
    DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent
    ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency Illuminance
    Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux
    LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass
    MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy
    MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity RelativeHumidity Resistance
    Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time
    Torque Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber""",
)

_EVENT_WORDS = {"bizStep": BIZ_STEPS, "disposition": DISPOSITIONS}
_LIST_WORDS = {
    "bizTransactionList": BIZ_TRANSACTION_TYPES,
    "sourceList": ENDPOINT_TYPES,
    "destinationList": ENDPOINT_TYPES,
}


def with_bare_words(event: dict[str, Any]) -> dict[str, Any]:
    """A valid EPCIS JSON event with every standard word bare, as the JSON schema wants them."""
    written = dict(event)
    for name, words in _EVENT_WORDS.items():
        if name in event:
            written[name] = words.bare(event[name])
    for name, words in _LIST_WORDS.items():
        if name in event:
            written[name] = [_typed(entry, "type", words) for entry in event[name]]
    if "persistentDisposition" in event:
        written["persistentDisposition"] = {
            name: [DISPOSITIONS.bare(word) for word in listed]
            for name, listed in event["persistentDisposition"].items()
        }
    if "errorDeclaration" in event:
        declaration = event["errorDeclaration"]
        written["errorDeclaration"] = _typed(declaration, "reason", ERROR_REASONS)
    return written


def _typed(entry: dict[str, Any], name: str, words: Vocabulary) -> dict[str, Any]:
    return {**entry, name: words.bare(entry[name])} if name in entry else entry
