/**
 * Texts of files by absolute path, as they were at one moment. Null: the file is there and could
 * not be read (EAGAIN of a powered-down sensor, EACCES without root). A path that is not in it does
 * not exist.
 */
export type JetsonSnapshot = Readonly<Record<string, string | null>>;

const cpu = '/sys/devices/system/cpu';
const hwmon = '/sys/class/hwmon/hwmon*';
const thermal = '/sys/class/thermal/thermal_zone*';
const cooling = '/sys/class/thermal/cooling_device*';
const devfreq = '/sys/class/devfreq/*';

/**
 * What the agent has to read for `readJetsonState`; `*` stands for any part of one path segment.
 * `once` does not change while a board is up, `each` does. Every one of them is readable without
 * root on some JetPack.
 */
export const jetsonPaths: { readonly once: readonly string[]; readonly each: readonly string[] } = {
  once: [
    '/proc/device-tree/model',
    '/proc/device-tree/compatible',
    '/etc/nv_tegra_release',
    '/etc/nvpmodel.conf',
    `${devfreq}/device/of_node/name`,
    `${thermal}/type`,
    `${thermal}/trip_point_*_type`,
    `${thermal}/trip_point_*_temp`,
    `${hwmon}/name`,
    `${hwmon}/in*_label`,
    `${hwmon}/samples`,
    `${hwmon}/update_interval`,
    '/sys/bus/i2c/drivers/ina3221x/*/iio:device*/rail_name_*',
    `${cooling}/type`,
    `${cooling}/max_state`,
  ],
  each: [
    '/var/lib/nvpmodel/status',
    `${cpu}/online`,
    `${cpu}/offline`,
    `${cpu}/cpu*/cpufreq/scaling_cur_freq`,
    `${cpu}/cpu*/cpufreq/scaling_min_freq`,
    `${cpu}/cpu*/cpufreq/scaling_max_freq`,
    `${cpu}/cpu*/cpufreq/scaling_governor`,
    '/sys/devices/platform/gpu.0/load',
    '/sys/devices/gpu.0/load',
    '/sys/devices/platform/17000000.*/load',
    '/sys/devices/platform/bus@0/17000000.*/load',
    `${devfreq}/cur_freq`,
    `${devfreq}/min_freq`,
    `${devfreq}/max_freq`,
    `${devfreq}/governor`,
    `${thermal}/temp`,
    `${cooling}/cur_state`,
    `${hwmon}/in*_input`,
    `${hwmon}/curr*_input`,
    `${hwmon}/curr*_max`,
    `${hwmon}/curr*_crit`,
    `${hwmon}/curr*_max_alarm`,
    `${hwmon}/curr*_crit_alarm`,
    `${hwmon}/oc*_event_cnt`,
    `${hwmon}/oc*_throt_en`,
    `${hwmon}/pwm1`,
    `${hwmon}/rpm`,
    '/sys/devices/pwm-fan/target_pwm',
    '/sys/bus/i2c/drivers/ina3221x/*/iio:device*/in_power*_input',
    '/sys/kernel/nvpmodel_clk_cap/emc',
    '/sys/kernel/nvpmodel_emc_cap/emc_iso_cap',
  ],
};
