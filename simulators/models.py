"""Models of devices the fleet is made of: a row each."""

from typing import NamedTuple


class Model(NamedTuple):
    """One model as the register knows it; a message may leave quantities out."""

    key: str  # name in the register
    kind: str
    short: str  # part of the device id
    name_zh: str
    instrument: str  # row of sensors.station.INSTRUMENTS, "" for what is no sensor
    interval: float  # seconds between messages
    expected: float  # seconds after which silence is worth a look, as the register should know
    quantities: tuple[str, ...] = ()


DETECTOR = "generic-detector"

MODELS = {
    model.key: model
    for model in (
        Model(
            "generic-manhole", "sensor", "manhole", "井盖", "manhole", 60, 60,
            ("manhole_tilt", "water_level", "battery_voltage", "signal_strength"),
        ),
        Model(
            "generic-water-level", "sensor", "water", "水位站", "water", 60, 60,
            ("water_level", "flow_rate", "battery_voltage", "signal_strength"),
        ),
        Model(
            "generic-lamp", "sensor", "lamp", "路灯", "lamp", 60, 60,
            ("lamp_on", "lamp_power", "lamp_current", "lamp_voltage"),
        ),
        Model(
            "generic-bin", "sensor", "bin", "果皮箱", "bin", 60, 60,
            ("bin_fill", "air_temperature", "battery_voltage", "signal_strength"),
        ),
        Model(
            "generic-air", "sensor", "air", "空气质量站", "air", 60, 60,
            ("pm25", "pm10", "air_temperature", "relative_humidity", "noise"),
        ),
        Model(
            "generic-gas", "sensor", "gas", "燃气探测器", "gas", 60, 60,
            ("gas_concentration", "air_temperature", "battery_voltage", "signal_strength"),
        ),
        Model(
            "generic-weather", "sensor", "weather", "气象站", "weather", 60, 60,
            (
                "air_temperature", "relative_humidity", "air_pressure",
                "wind_speed", "wind_direction", "rain_rate",
            ),
        ),
        Model("generic-vehicle", "vehicle", "car", "城管车", "", 1, 5),
        Model(
            "generic-camera", "camera", "camera", "摄像机", "", 60, 60, ("frame_rate", "bit_rate")
        ),
        # Passes come by chance: at night a quiet site may see nobody for minutes.
        Model("generic-epolice", "epolice", "epolice", "电子警察", "", 6, 900),
        Model(
            "generic-signal", "signal", "signal", "信号机", "", 30, 60,
            ("signal_phase", "signal_remaining"),
        ),
        Model(
            DETECTOR, "sensor", "detector", "车辆检测器", "", 60, 60,
            ("vehicle_count", "traffic_flow", "lane_occupancy", "mean_speed"),
        ),
    )
}  # fmt: skip
